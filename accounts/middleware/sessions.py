"""Has the session of this request ended, or must it still verify a second factor? Then nobody is logged in."""

from collections.abc import Callable
from typing import Any

from django.contrib import auth
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.models import Account, AccountSession, LoginObstacle
from accounts.security import devices, expired_sessions, saved_forms, sessions

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class AccountSessionMiddleware:
    """Log out sessions that have ended, and those that must still verify a second factor; send a device's cookie.

    `AccessMiddleware` opens pages only to requests whose `account_session` is set here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.account_session = request.pending_login = request.closed_account = None
        if request.user.is_authenticated:
            self._check(request, request.user)
        elif sessions.ACCOUNT_SESSION in request.session:  # of an account that became inactive: Django loads none
            auth.logout(request)
            request.session[sessions.END_REASON] = LoginObstacle.INACTIVE
        elif sessions.PENDING_LOGIN in request.session:
            request.pending_login = sessions.pending_login(request)
        response = self.get_response(request)
        devices.set_cookie(request, response)
        return response

    def _check(self, request: Any, account: Account) -> None:
        row = sessions.current(request, account)
        why = sessions.why_closed(row)
        if why or row is None:
            why = account.why_no_login or why
            self._close(request, account, row if why in (sessions.IDLE, sessions.OLD) else None)
            request.session[sessions.END_REASON] = why
        elif not sessions.is_fully_verified(row, account):
            self._close(request, account, row)
            sessions.start_pending_login(request, account, request.get_full_path() if request.method == "GET" else "")
            request.pending_login = sessions.pending_login(request)
        else:
            sessions.touch(row)
            request.account_session = row

    def _close(self, request: Any, account: Account, expired: AccountSession | None) -> None:
        if expired:
            expired_sessions.log_out(request, account, expired)
        else:
            auth.logout(request)
        saved_forms.remember_closed_session(request, account)
        request.closed_account = account

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Save a form whose session has ended; send to the second step who must still verify a second factor."""
        if request.user.is_authenticated:
            if request.impersonation is None:
                saved_forms.discard_when_resubmitted(request)
        elif request.method == "POST" and getattr(view, "login_required", True):
            saved_forms.save(request)
        return redirect("second_factor") if request.closed_account and request.pending_login else None
