import json


def handler(event, context):
    """Answers an event of a REST API, the way it does on AWS."""
    if event["resource"] == "/{proxy+}":
        return {
            "statusCode": 404,
            "headers": {"Content-Type": "text/plain"},
            "body": f"No {event['httpMethod']} of {event['pathParameters']['proxy']} here.",
        }
    parcel = {"id": event["pathParameters"]["id"], "where": "on its way"}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"},
        "body": json.dumps(parcel),
    }
