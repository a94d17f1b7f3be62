"""The routes by which a dossier can travel."""
