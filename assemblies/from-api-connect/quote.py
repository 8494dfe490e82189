def handler(parcel, context):
    """Prices a parcel by its weight."""
    if parcel["kilograms"] > 30:
        raise ValueError("too heavy")
    return {"euros": 4 + 2 * parcel["kilograms"]}
