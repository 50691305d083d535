"""URLs of the contact form beside those of its pages."""

from django.urls import path

from forms.views import form_token

urlpatterns = [path("token/", form_token, name="form_token")]
