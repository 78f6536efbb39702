from django.conf import settings
from django.db import models


class Household(models.Model):
    """A household of the loyalty programme and what it has told about itself."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="household"
    )
    number = models.PositiveIntegerField(unique=True)
    age_band = models.CharField(max_length=20, blank=True)
    income_band = models.CharField(max_length=20, blank=True)
    home_ownership = models.CharField(max_length=20, blank=True)
    marital_status = models.CharField(max_length=20, blank=True)
    size_band = models.CharField(max_length=10, blank=True)
    composition = models.CharField(max_length=30, blank=True)
    kids_band = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Household {self.number}"
