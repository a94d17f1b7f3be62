"""The part of the journey that Pastell drives: a document is made, filled and launched, then watched and read."""
