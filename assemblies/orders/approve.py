def handler(order, context):
    """Approves what a shop assistant may decide alone."""
    return {"approved": order["total"] <= 5000}
