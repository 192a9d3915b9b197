"""The server API that accounts call. Each module declares its endpoints; importing them fills the list."""

from sandbox.api import accounts, mass, menus, messages, notifications, people, pictures, safety, stored
from sandbox.api.wire import ENDPOINTS, serve

__all__ = ["ENDPOINTS", "accounts", "mass", "menus", "messages", "notifications", "people", "pictures", "safety"]
__all__ += ["serve", "stored"]
