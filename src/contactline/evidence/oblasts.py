"""Ukraine's 27 first-level units under their several names: ours, official, English, ISO 3166-2, GeoNames.

Kyiv city and Sevastopol are units of their own: Kyiv lies in a hole of Kyiv oblast, Sevastopol beside Crimea.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Oblast:
    """One unit. `id` names it in tables, `official` is the name in the boundary file (ADMIN_1), `iso` its
    ISO 3166-2 code and `geonames` the admin1 code in GeoNames' tables."""

    id: str
    official: str
    english: str
    iso: str
    geonames: str


OBLASTS: tuple[Oblast, ...] = (
    Oblast("cherkasy", "Черкаська область", "Cherkasy oblast", "UA-71", "01"),
    Oblast("chernihiv", "Чернігівська область", "Chernihiv oblast", "UA-74", "02"),
    Oblast("chernivtsi", "Чернівецька область", "Chernivtsi oblast", "UA-77", "03"),
    Oblast("crimea", "Автономна Республіка Крим", "Autonomous Republic of Crimea", "UA-43", "11"),
    Oblast("dnipropetrovsk", "Дніпропетровська область", "Dnipropetrovsk oblast", "UA-12", "04"),
    Oblast("donetsk", "Донецька область", "Donetsk oblast", "UA-14", "05"),
    Oblast("ivano_frankivsk", "Івано-Франківська область", "Ivano-Frankivsk oblast", "UA-26", "06"),
    Oblast("kharkiv", "Харківська область", "Kharkiv oblast", "UA-63", "07"),
    Oblast("kherson", "Херсонська область", "Kherson oblast", "UA-65", "08"),
    Oblast("khmelnytskyi", "Хмельницька область", "Khmelnytskyi oblast", "UA-68", "09"),
    Oblast("kirovohrad", "Кіровоградська область", "Kirovohrad oblast", "UA-35", "10"),
    Oblast("kyiv_city", "Місто Київ", "Kyiv city", "UA-30", "12"),
    Oblast("kyiv", "Київська область", "Kyiv oblast", "UA-32", "13"),
    Oblast("luhansk", "Луганська область", "Luhansk oblast", "UA-09", "14"),
    Oblast("lviv", "Львівська область", "Lviv oblast", "UA-46", "15"),
    Oblast("mykolaiv", "Миколаївська область", "Mykolaiv oblast", "UA-48", "16"),
    Oblast("odesa", "Одеська область", "Odesa oblast", "UA-51", "17"),
    Oblast("poltava", "Полтавська область", "Poltava oblast", "UA-53", "18"),
    Oblast("rivne", "Рівненська область", "Rivne oblast", "UA-56", "19"),
    Oblast("sevastopol", "Місто Севастополь", "Sevastopol city", "UA-40", "20"),
    Oblast("sumy", "Сумська область", "Sumy oblast", "UA-59", "21"),
    Oblast("ternopil", "Тернопільська область", "Ternopil oblast", "UA-61", "22"),
    Oblast("vinnytsia", "Вінницька область", "Vinnytsia oblast", "UA-05", "23"),
    Oblast("volyn", "Волинська область", "Volyn oblast", "UA-07", "24"),
    Oblast("zakarpattia", "Закарпатська область", "Zakarpattia oblast", "UA-21", "25"),
    Oblast("zaporizhzhia", "Запорізька область", "Zaporizhzhia oblast", "UA-23", "26"),
    Oblast("zhytomyr", "Житомирська область", "Zhytomyr oblast", "UA-18", "27"),
)

ID_OF_OFFICIAL_NAME: dict[str, str] = {oblast.official: oblast.id for oblast in OBLASTS}
ID_OF_GEONAMES_CODE: dict[str, str] = {oblast.geonames: oblast.id for oblast in OBLASTS}
