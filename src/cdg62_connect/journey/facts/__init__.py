"""The kinds of facts that a journal holds, by what they are about; ``journey.events`` is their door."""
