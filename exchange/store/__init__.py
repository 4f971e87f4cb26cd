"""Where an organisation's rows and sealed bytes are kept.

Law of this room: the only SQLAlchemy, and nothing plain on disk. Clear columns are ids, states,
times, sizes, codes and hashes of sealed bytes; all else is one sealed value a row. Only
``tenancy`` builds statements on rows of an organisation, and it always names the organisation.

``sql.SqlStore`` over ``engine.open_engine`` (made current by ``migrate.upgrade``) and
``blobs.LocalBlobs`` are the real ones; ``memory`` holds doubles that pass the same contract.
"""
