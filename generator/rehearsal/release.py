"""Releasing an image: the pointer parameter names its digest, and a tag keeps it from expiring."""

from __future__ import annotations

from typing import Any

from generator.modules.container_registry import RELEASED_PREFIX


def release(ecr: Any, ssm: Any, *, repository_url: str, digest: str, parameter: str, environment: str) -> str:
    """Release the pushed image *digest*: return the image URI that the parameter now holds.

    *ecr* and *ssm* are boto3 clients. Raises botocore's ClientError when the image or the parameter does not exist.
    """
    repository = repository_url.split("/", 1)[1]
    tag = f"{RELEASED_PREFIX}{environment}-{digest.removeprefix('sha256:')[:12]}"
    image = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])["images"]
    tags = {i["imageTag"] for i in ecr.list_images(repositoryName=repository)["imageIds"] if "imageTag" in i}
    if tag not in tags:
        ecr.put_image(repositoryName=repository, imageManifest=image[0]["imageManifest"], imageTag=tag)
    uri = f"{repository_url}@{digest}"
    ssm.put_parameter(Name=parameter, Value=uri, Type="String", Overwrite=True)
    return uri
