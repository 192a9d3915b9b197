"""A store that speaks S3, as a server of its own on loopback: moto's, which others wrote and prove against Amazon's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

KEYS = {"TEAHOUSE_S3_KEY_ID": "key", "TEAHOUSE_S3_KEY_SECRET": "secret"}


@contextmanager
def buckets(*names: str) -> Iterator[str]:
    """Its URL; the buckets are there and empty."""
    import boto3
    from moto.server import ThreadedMotoServer  # here, because it takes a second

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="key",
                          aws_secret_access_key="secret")
    try:
        for name in names:
            client.create_bucket(Bucket=name)
        yield url
    finally:
        for name in names:  # what it holds is the process's, not the server's
            for each in client.list_objects_v2(Bucket=name).get("Contents", []):
                client.delete_object(Bucket=name, Key=each["Key"])
            client.delete_bucket(Bucket=name)
        server.stop()
