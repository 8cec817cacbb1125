"""Backup and restore: an encrypted dump in an S3 bucket, and the way back that sends nothing twice.

Used by the backup CronJob and by a person in a disaster (``python -m shared.recovery``); no function imports it.
"""
