"""The code runner itself as a function of the embedded AWS."""

from __future__ import annotations

import json

from runner.image import lambda_task_files
from runner.signature import verified
from tests.rehearsal.embedded_aws.cloud import Cloud

KEY = "a key to sign with, long enough"


def test_runner_runs_traces_and_signs(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=cloud.name,
        PackageType="Image",
        Code={"ImageUri": cloud.image(dict(lambda_task_files()))},
        Role=cloud.role(),
        Timeout=120,
        MemorySize=2048,
        Environment={"Variables": {"RUNNER_SIGNING_KEY": KEY}},
    )
    event = {"language": "c", "code": "int main(void) {\n    int answer = 42;\n    return answer;\n}\n", "trace": True}
    for _ in range(2):
        answer = client.invoke(FunctionName=cloud.name, Payload=json.dumps(event).encode())
        result = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        assert (result["status"], result["exitCode"], result["traceError"]) == ("runtime_error", 42, None)
        assert [step["line"] for step in result["trace"]["trace"]][:3] == [1, 2, 3]
        assert verified(KEY.encode(), event, result)
        assert result["isolation"]["home"] == "lambda"
