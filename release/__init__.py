"""What has to be true before a version is given away: ``python kit.py release``."""
