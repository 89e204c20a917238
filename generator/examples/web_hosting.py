"""How to use the module `web_hosting`."""

from __future__ import annotations

from generator.examples.example import Example
from generator.modules.web_hosting import WebHosting

BUILD_SPEC = """version: 1
frontend:
  phases:
    build:
      commands:
        - npm ci
        - npm run build
  artifacts:
    baseDirectory: dist
    files: ["**/*"]
"""


class Basic(Example):
    """A site whose builds are uploaded: it needs no repository, so it has its branch at once."""

    def build(self) -> None:
        site = self.call(
            "site",
            WebHosting,
            {"name": "example-test-web", "repository_connected": True, "branches": {"main": {}}},
        )
        self.output("urls", site.branch_urls, "Where each branch is served.")


class Complete(Example):
    """A single-page application with branches, domains, redirects and headers, and a site rendered on a server."""

    def build(self) -> None:
        site = self.call(
            "site",
            WebHosting,
            {
                "name": "example-test-web",
                "repository_connected": True,
                "build_spec": BUILD_SPEC,
                "environment_variables": {"API_URL": "https://api.example.com"},
                "branches": {
                    "main": {"description": "What is live"},
                    "develop": {
                        "stage": "DEVELOPMENT",
                        "auto_build": False,
                        "environment_variables": {"API_URL": "https://test.example.com"},
                    },
                },
                "domains": {
                    "example.com": {"subdomains": {"": "main", "www": "main"}},
                    "example.org": {"subdomains": {"dev": "develop"}, "wait_for_verification": True},
                },
                "redirects": [{"source": "https://www.example.com", "target": "https://example.com"}],
                "headers": {
                    "**": {
                        "Content-Security-Policy": "default-src 'self'",
                        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
                        "X-Content-Type-Options": "nosniff",
                        "X-Frame-Options": "DENY",
                    },
                    "*.js": {"Cache-Control": "max-age=31536000"},
                },
                "tags": {"Team": "platform"},
            },
        )
        rendered = self.call(
            "rendered",
            WebHosting,
            {
                "name": "example-test-pages",
                "repository_connected": True,
                "platform": "WEB_COMPUTE",
                "single_page_app": False,
                "branches": {"main": {}},
                "log_retention_days": 90,
            },
        )
        self.output("dns_records", site.dns_records, "DNS records that each domain needs.")
        self.output("urls", rendered.branch_urls, "Where the pages are served.")
