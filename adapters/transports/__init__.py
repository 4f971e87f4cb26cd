"""Move sealed bytes to other organisations and fetch their receipts.

Law of this room: transports never read. To them a bundle, an envelope and a receipt are bytes.
"""
