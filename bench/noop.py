"""The alternative for `jobs`: an arq worker whose job does nothing but count itself."""

import asyncio
import os
from typing import Any

from arq.worker import Worker, func

from trialport.core.jobs.doorbell import decode_ring, encode_ring, open_queue

QUEUE = "bench:noop"
COUNTER = "bench:done"


async def noop(ctx: dict[str, Any], _: str) -> None:
    await ctx["redis"].incr(COUNTER)


async def main() -> None:
    worker = Worker(
        functions=[func(noop, keep_result=0, max_tries=1)],
        queue_name=QUEUE,
        redis_pool=open_queue(os.environ["TRIALPORT_VALKEY_URL"]),
        max_jobs=4,
        keep_result=0,
        poll_delay=0.02,
        job_serializer=encode_ring,
        job_deserializer=decode_ring,
    )
    await worker.async_run()


if __name__ == "__main__":
    asyncio.run(main())
