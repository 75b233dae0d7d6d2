"""Terminologies that a deployer is licensed for, brought in beside the shipped words."""
