"""Calls of the monitoring module, and the alarms that they ask for."""

from __future__ import annotations

from generator.modules.monitoring import Monitoring
from tests.plan.planning import ACCOUNT, REGION, Inputs

ELB = "AWS/ApplicationELB"
ELB_ARN = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
PUBLIC = "app/public/0123456789abcdef"
ABOVE, AT_LEAST, BELOW = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"
EXAMPLE: Inputs = Monitoring.example
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:example-test-alarms"
EVERYTHING: Inputs = {
    "name": "example-prod",
    "services": {
        "web": {"cluster": "example-prod", "service": "web", "minimum_tasks": 2, "container_insights": False},
        "api": {
            "cluster": "example-prod",
            "service": "api",
            "cpu_percent": 70,
            "memory_percent": 60,
            "minimum_tasks": 3,
        },
        "night": {"cluster": "example-prod", "service": "night"},
    },
    "load_balancers": {
        "public": {
            "arn": f"{ELB_ARN}:loadbalancer/app/public/0123456789abcdef",
            "error_percent": 2,
            "minimum_requests": 10,
            "latency_seconds": 90,
            "idle_timeout": 180,
        },
        "internal": {"arn": f"{ELB_ARN}:loadbalancer/app/internal/fedcba9876543210"},
    },
    "target_groups": {
        "web": {
            "arn": f"{ELB_ARN}:targetgroup/web/0123456789abcdef",
            "load_balancer_arn": f"{ELB_ARN}:loadbalancer/app/public/0123456789abcdef",
        }
    },
    "databases": {
        "main": {"identifier": "example-prod", "allocated_storage": 100, "max_connections": 1000},
        "replica": {
            "identifier": "example-prod-replica",
            "allocated_storage": 20,
            "max_connections": 81,
            "cpu_percent": 50,
            "free_storage_percent": 20,
            "connections_percent": 90,
        },
    },
    "functions": {
        "runner": {"name": "example-runner", "timeout": 120, "errors": 5, "throttles": 3, "duration_percent": 80}
    },
    "autoscaling_groups": {
        "runner": {
            "name": "example-runner",
            "instance_type": "t3.medium",
            "cloudwatch_agent": True,
            "cpu_percent": 75,
            "memory_percent": 85,
            "disk_percent": 70,
            "minimum_credits": 50,
        },
        "plain": {"name": "example-plain", "instance_type": "m5.large"},
    },
    "clusters": {
        "main": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/example-prod",
        "runner": f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/example-prod-runner",
    },
    "subscriptions": {
        "team": {"protocol": "email", "endpoint": "team@example.com"},
        "pager": {"protocol": "https", "endpoint": "https://pager.example.com/hook"},
    },
    "sampling_rules": {
        "health": {"priority": 10, "url_path": "/health", "reservoir_size": 0, "fixed_rate": 0},
        "everything": {"priority": 100},
    },
    "minutes_to_alarm": 11,
    "allow_destroy": True,
    "tags": {"Team": "platform"},
}
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "nothing": {"name": "example-empty"},
    "everything": EVERYTHING,
    "long_names": {
        "name": "a" * 40,
        "clusters": {"b" * 40: f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/example"},
        "sampling_rules": {"one": {"priority": 1}, "two": {"priority": 2}},
    },
    "one_less_of_each": EVERYTHING,
    "fewer": {
        **EVERYTHING,
        "disabled_alarms": ["service-web-cpu", "instances-runner-credits", "database-replica-storage"],
        "dashboards": ["databases"],
    },
    "one_more_of_each": {
        **EVERYTHING,
        **{
            variable: {**EVERYTHING[variable], "a-new": next(iter(EVERYTHING[variable].values()))}
            for variable in (
                *("services", "load_balancers", "target_groups", "databases", "functions", "autoscaling_groups"),
                *("clusters", "subscriptions"),
            )
        },
        "sampling_rules": {**EVERYTHING["sampling_rules"], "a-new": {"priority": 5}},
    },
}


# Of each alarm's key: namespace, metric, statistic, comparison, threshold, seconds and number of periods, and what
# missing data is taken for.
EXPECTED: dict[str, tuple[object, ...]] = {
    "service-web-cpu": ("AWS/ECS", "CPUUtilization", "Average", ABOVE, 80, 60, 11, "notBreaching"),
    "service-web-memory": ("AWS/ECS", "MemoryUtilization", "Average", ABOVE, 80, 60, 11, "notBreaching"),
    "service-web-tasks": ("AWS/ECS", "CPUUtilization", "SampleCount", BELOW, 2, 60, 11, "breaching"),
    "service-api-cpu": ("AWS/ECS", "CPUUtilization", "Average", ABOVE, 70, 60, 11, "notBreaching"),
    "service-api-memory": ("AWS/ECS", "MemoryUtilization", "Average", ABOVE, 60, 60, 11, "notBreaching"),
    "service-api-tasks": ("ECS/ContainerInsights", "RunningTaskCount", "Minimum", BELOW, 3, 60, 11, "breaching"),
    "service-night-cpu": ("AWS/ECS", "CPUUtilization", "Average", ABOVE, 80, 60, 11, "notBreaching"),
    "service-night-memory": ("AWS/ECS", "MemoryUtilization", "Average", ABOVE, 80, 60, 11, "notBreaching"),
    "load-balancer-public-errors": (None, None, None, ABOVE, 2, None, 3, "notBreaching"),
    "load-balancer-public-latency": (ELB, "TargetResponseTime", "p95", ABOVE, 90, 60, 11, "notBreaching"),
    "load-balancer-internal-errors": (None, None, None, ABOVE, 5, None, 3, "notBreaching"),
    "load-balancer-internal-latency": (ELB, "TargetResponseTime", "p95", ABOVE, 1, 60, 11, "notBreaching"),
    "target-group-web-unhealthy": (ELB, "UnHealthyHostCount", "Maximum", AT_LEAST, 1, 60, 11, "notBreaching"),
    "database-main-cpu": ("AWS/RDS", "CPUUtilization", "Average", ABOVE, 80, 60, 11, "missing"),
    "database-main-storage": ("AWS/RDS", "FreeStorageSpace", "Average", BELOW, 15 * 1024**3, 60, 11, "missing"),
    "database-main-connections": ("AWS/RDS", "DatabaseConnections", "Average", ABOVE, 800, 60, 11, "missing"),
    "database-replica-cpu": ("AWS/RDS", "CPUUtilization", "Average", ABOVE, 50, 60, 11, "missing"),
    "database-replica-storage": ("AWS/RDS", "FreeStorageSpace", "Average", BELOW, 4 * 1024**3, 60, 11, "missing"),
    "database-replica-connections": ("AWS/RDS", "DatabaseConnections", "Average", ABOVE, 72, 60, 11, "missing"),
    "function-runner-errors": ("AWS/Lambda", "Errors", "Sum", AT_LEAST, 5, 300, 1, "notBreaching"),
    "function-runner-throttles": ("AWS/Lambda", "Throttles", "Sum", AT_LEAST, 3, 300, 1, "notBreaching"),
    "function-runner-duration": ("AWS/Lambda", "Duration", "Maximum", AT_LEAST, 96_000, 300, 1, "notBreaching"),
    "instances-runner-cpu": ("AWS/EC2", "CPUUtilization", "Average", ABOVE, 75, 300, 3, "missing"),
    "instances-runner-memory": ("CWAgent", "mem_used_percent", "Maximum", ABOVE, 85, 300, 3, "missing"),
    "instances-runner-disk": ("CWAgent", "disk_used_percent", "Maximum", ABOVE, 70, 300, 3, "missing"),
    "instances-runner-credits": ("AWS/EC2", "CPUCreditBalance", "Minimum", BELOW, 50, 300, 3, "missing"),
    "instances-plain-cpu": ("AWS/EC2", "CPUUtilization", "Average", ABOVE, 80, 300, 3, "missing"),
}
CASES["without_alarms"] = {**EVERYTHING, "disabled_alarms": list(EXPECTED)}
DIMENSIONS: dict[str, dict[str, str] | None] = {
    "service-web": {"ClusterName": "example-prod", "ServiceName": "web"},
    "service-api": {"ClusterName": "example-prod", "ServiceName": "api"},
    "service-night": {"ClusterName": "example-prod", "ServiceName": "night"},
    "load-balancer-public": {"LoadBalancer": PUBLIC},
    "load-balancer-internal": {"LoadBalancer": "app/internal/fedcba9876543210"},
    "target-group-web": {"LoadBalancer": PUBLIC, "TargetGroup": "targetgroup/web/0123456789abcdef"},
    "database-main": {"DBInstanceIdentifier": "example-prod"},
    "database-replica": {"DBInstanceIdentifier": "example-prod-replica"},
    "function-runner": {"FunctionName": "example-runner"},
    "instances-runner": {"AutoScalingGroupName": "example-runner"},
    "instances-plain": {"AutoScalingGroupName": "example-plain"},
}
EXISTING = {case: ["aws_sns_topic.this"] for case in ("example", "everything")}
