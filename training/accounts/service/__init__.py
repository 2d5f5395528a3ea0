"""Accounts, passwords, sign-ins and invitations: made, checked, ended."""

from training.accounts.service.making import create_account
from training.accounts.service.passwords import (
    change_password,
    check_own_password,
    check_password,
    hash_password,
)
from training.accounts.service.sign_ins import (
    end_sign_in,
    end_sign_ins,
    find_signed_in,
    hash_token,
    note_activity,
    sign_in,
    sign_out,
)

__all__ = [
    "change_password",
    "check_own_password",
    "check_password",
    "create_account",
    "end_sign_in",
    "end_sign_ins",
    "find_signed_in",
    "hash_password",
    "hash_token",
    "note_activity",
    "sign_in",
    "sign_out",
]
