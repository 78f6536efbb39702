"""The demo shop's models and adapter on a machine with Django alone: every extra is missing."""
