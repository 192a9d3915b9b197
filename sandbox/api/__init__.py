"""The server API that accounts call. Each module declares its endpoints; importing them fills the list."""

from sandbox.api import accounts, menus, messages, notifications, people, pictures, safety, stored
from sandbox.api.wire import ENDPOINTS, serve

__all__ = ["ENDPOINTS", "accounts", "menus", "messages", "notifications", "people", "pictures", "safety"]
__all__ += ["serve", "stored"]
