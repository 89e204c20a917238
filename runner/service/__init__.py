"""The engine over HTTP: `python -m runner.service`. The application needs the standard library, its server uvicorn."""
