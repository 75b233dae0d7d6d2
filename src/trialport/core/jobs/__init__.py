"""Work that must not be lost: job rows in PostgreSQL are the truth, arq on Valkey is only the doorbell.

The recipe is the transactional outbox: a job row is written in the transaction that causes it
(`queries.upsert_job`), the doorbell is rung after the commit (`doorbell`), a worker claims the row with a
lease and a fencing token (`lease`), and a sweep finds whatever was rung for in vain.
"""
