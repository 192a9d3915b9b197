"""The only folder that speaks SQL: a record, its tables, and one module of questions per noun."""

from sqlalchemy import Connection

from rooms.record.record import Record

__all__ = ["Connection", "Record"]
