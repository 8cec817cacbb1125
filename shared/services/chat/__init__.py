"""Conversations: what was said, which engine answers, and what it may do.

Used by the ``chat`` function. A turn is a stream of :class:`~shared.services.chat.events.ChatEvent`; with a model endpoint configured
``model.py`` answers, otherwise the built-in interpreter. Both act only through ``shared.services.assistant``.
"""
