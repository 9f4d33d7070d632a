"""The desk's addresses: for staff; to everyone else they are not there."""

from django.urls import path

from trust import desk

urlpatterns = [
    path("desk/reports", desk.page, name="desk-reports"),
    path("desk/reports/<int:pk>", desk.handle, name="desk-report"),
]
