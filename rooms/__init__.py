"""The core: who may say what, where. It knows no Flask, no Celery and no WeChat."""
