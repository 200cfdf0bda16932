"""Divisions of industry by their names: ISIC, revision 4, in our own short words."""

from portal.rooms import N_

DIVISIONS = {
    "10": N_("Food"),
    "11": N_("Beverages"),
    "12": N_("Tobacco"),
    "13": N_("Textiles"),
    "14": N_("Clothing"),
    "15": N_("Leather and footwear"),
    "16": N_("Wood"),
    "17": N_("Paper"),
    "18": N_("Printing"),
    "19": N_("Coke and refined petroleum"),
    "20": N_("Chemicals"),
    "21": N_("Pharmaceuticals"),
    "22": N_("Rubber and plastics"),
    "23": N_("Glass, ceramics, cement"),
    "24": N_("Basic metals"),
    "25": N_("Metal products"),
    "26": N_("Electronics"),
    "27": N_("Electrical equipment"),
    "28": N_("Machinery"),
    "29": N_("Motor vehicles"),
    "30": N_("Ships and other vehicles"),
    "31": N_("Furniture"),
    "32": N_("Other manufacturing"),
    "33": N_("Repair and installation"),
    "55": N_("Hotels"),
    "56": N_("Restaurants"),
}
"""Where companies of a centre mostly are; other divisions are called by their number."""
