"""``python -m crmcore`` is the same as ``crm``."""

from crmcore.cli.start import run

if __name__ == "__main__":
    run()
