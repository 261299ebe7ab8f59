"""K-Ruoka's real file of offers, and the articles that it is about."""

OFFERS = "catalogue/kruoka-offer-category.json"  # below the shared data
# code: unit, normal price
OFFERED = {
    "6418248002382": ("kpl", "5.76"),
    "2000504400007": ("kg", "1.68"),
    "6410405085436": ("kpl", "3.18"),
    "5708147010139": ("kpl", "2.18"),
    "5708147010146": ("kpl", "2.18"),
    "2000602400008": ("kg", "1.24"),
    "6410405330475": ("kpl", "2.49"),
    "6410405078872": ("kpl", "1.69"),
}
