"""The only folder that speaks SQL: a record, its tables, and one module of questions per noun."""

from rooms.record.record import Record

__all__ = ["Record"]
