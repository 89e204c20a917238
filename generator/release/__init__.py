"""Building, pushing and releasing images. Which one runs is written outside Terraform: a plan afterwards is empty.

A release writes the pointer parameter, and then brings what runs the image to it as Terraform would have done.
"""

from generator.release.aws import Clients, aws_errors, clients_of_region
from generator.release.deployable import Deployable, find_deployable, names
from generator.release.progress import Patience, Progress, Silence
from generator.release.release import Released, release, rollback

__all__ = [
    "Clients",
    "Deployable",
    "Patience",
    "Progress",
    "Released",
    "Silence",
    "aws_errors",
    "clients_of_region",
    "find_deployable",
    "names",
    "release",
    "rollback",
]
