"""Meetings, their agenda and its versions, delegation, attendance, the live room, the hall screen. It knows nothing of votes."""
