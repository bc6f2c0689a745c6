import asyncio, json, signal
from bullmq import Worker

async def count_words(job, token):
    task = job.data
    text = task["input"].get("text")
    if not isinstance(text, str):
        raise Exception(json.dumps({"code": "INPUT_INVALID", "class": "permanent", "message": "/text: not a string"}))
    await job.log(f"{task['directiveId']} {task['taskId']}: {len(text)} characters")
    return {"output": {"words": len(text.split())}, "usage": {"costUsd": 0.001, "tokens": 0}}

async def main():
    worker = Worker("text.count-words.0", count_words, {
        "connection": "redis://127.0.0.1:6379",
        "prefix": "{coc:0}",
        "concurrency": 4,
        "lockDuration": 9000,
    })
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()
    await worker.close()

asyncio.run(main())
