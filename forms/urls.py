"""Addresses beside those of the contact pages themselves."""

from django.urls import path

from forms.views import form_token

urlpatterns = [path("token/", form_token, name="form_token")]
