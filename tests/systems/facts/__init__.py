"""The facts of the systems' documents: each with the manifest's value that makes it so, and what a plan shows of it.

``<system>/<environment>.yaml`` holds a row for each fact. Its expectation is written from the document, never from the
manifest, and the row also says what the value is changed to for the trial whether anything would notice (`mutation`).
"""
