"""`python -m trialport` is the same as `trialport`."""

from trialport.cli import main

main()
