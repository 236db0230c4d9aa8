"""A second reading of the scoring rules: a spreadsheet with formulas, as somebody would build it by hand.

It shares no code with the product: it reads the plain YAML and writes cells, and LibreOffice does the arithmetic.
One sheet per response; rows of items, below them rows of dimensions and the whole. Answers are plain dictionaries:
{item id: ("value", 3) | ("na", None) | ("dk", None)}; what is missing is not there.

The bounds use that every scored item of this questionnaire can get 0 and can get 100, which `reads` checks.
"""

import shutil
import subprocess

from openpyxl import Workbook, load_workbook

FIRST = 3  # row of the first item on a sheet


def office():
    return shutil.which("soffice") or shutil.which("libreoffice")


def reads(survey):
    """Whether the spreadsheet's shortcuts hold for a questionnaire."""
    for item in survey["items"]:
        if item["type"] == "text" or not item.get("scored", True):
            continue
        if item["type"] in ("choice", "number"):
            scores = [one["score"] for one in item.get("options") or item["score_bands"]]
            assert (min(scores), max(scores)) == (0, 100), item["id"]
    return True


def cell(value):
    if isinstance(value, (list, tuple)):
        return ";" + "".join(f"{one};" for one in value)
    return value


def write(path, survey, responses):
    """`responses`: list of (institution type, answers)."""
    book = Workbook()
    options = book.active
    options.title = "Options"
    bands = book.create_sheet("Bands")
    groups = survey["groups"]
    for item in survey["items"]:
        listed = survey["scales"]["ypn"]["options"] if item["type"] == "ypn" else item.get("options", [])
        for one in listed:
            if one.get("score") is not None or item["type"] == "multichoice":
                options.append([item["id"], one["value"], one.get("score") or 0])
        for band in item.get("score_bands", []):
            bands.append([item["id"], band["from"], band["to"], band["score"]])
    o, b = options.max_row, bands.max_row
    ids, values, scores = (f"Options!${c}$1:${c}${o}" for c in "ABC")
    band_ids, froms, tos, band_scores = (f"Bands!${c}$1:${c}${b}" for c in "ABCD")
    row_of = {item["id"]: FIRST + number for number, item in enumerate(survey["items"])}
    last = FIRST + len(survey["items"]) - 1
    for number, (kind, answers) in enumerate(responses):
        sheet = book.create_sheet(f"R{number}")
        sheet["A1"] = kind
        for item in survey["items"]:
            row = row_of[item["id"]]
            meant = []
            for audience in item["applies_to"]:
                meant += groups.get(audience, [audience])
            state, value = answers.get(item["id"], ("", None))
            scored = item["type"] != "text" and item.get("scored", True)
            sheet[f"A{row}"] = item["id"]
            sheet[f"B{row}"] = item["dimension"]
            sheet[f"C{row}"] = item["weight"] if scored else 0
            sheet[f"D{row}"] = 1 if scored else 0
            sheet[f"E{row}"] = 1 if item.get("critical") else 0
            sheet[f"F{row}"] = cell(meant)
            sheet[f"G{row}"] = state
            sheet[f"H{row}"] = cell(value)
            applies = f'OR(ISNUMBER(FIND(";all;",F{row})),ISNUMBER(FIND(";"&$A$1&";",F{row})))'
            opens = may_open = "TRUE"
            if "show_if" in item:
                gate = row_of[item["show_if"]["item"]]
                if "in" in item["show_if"]:
                    tests = ",".join(f'H{gate}="{one}"' for one in item["show_if"]["in"])
                    test = f"OR({tests})"
                else:
                    test = f"H{gate}>{item['show_if']['gt']}"
                said = f'AND(G{gate}="value",{test})'
                opens = f"AND(I{gate}=1,{said})"
                may_open = f'AND(J{gate}=1,OR(G{gate}="",G{gate}="dk",{said}))'
            sheet[f"I{row}"] = f"=IF(AND({applies},{opens}),1,0)"  # shown
            sheet[f"J{row}"] = f"=IF(AND({applies},{may_open}),1,0)"  # may be shown
            sheet[f"K{row}"] = f'=IF(AND(I{row}=1,D{row}=1,G{row}="value"),1,0)'  # counted
            sheet[f"L{row}"] = f'=IF(AND(I{row}=1,D{row}=1,G{row}<>"na"),1,0)'  # applicable
            sheet[f"M{row}"] = (  # still open for the bounds
                f'=IF(AND(J{row}=1,D{row}=1,K{row}=0,OR(I{row}=0,G{row}<>"na")),1,0)'
            )
            formula = {
                "maturity": f"H{row}/4*100",
                "ypn": f"SUMPRODUCT(({ids}=A{row})*({values}=H{row})*{scores})",
                "choice": f"SUMPRODUCT(({ids}=A{row})*({values}=H{row})*{scores})",
                "number": f"SUMPRODUCT(({band_ids}=A{row})*({froms}<=INT(H{row}))*({tos}>=INT(H{row}))*{band_scores})",
                "multichoice": f'SUMPRODUCT(({ids}=A{row})*ISNUMBER(FIND(";"&{values}&";",H{row})))'
                f"/COUNTIF({ids},A{row})*100",
                "text": "0",
            }[item["type"]]
            sheet[f"N{row}"] = f"=IF(K{row}=1,{formula},0)"
        dims, weights, score = (f"${c}${FIRST}:${c}${last}" for c in "BCN")
        counted, applicable, still = (f"${c}${FIRST}:${c}${last}" for c in "KLM")
        top = last + 2
        for place, dimension in enumerate(survey["dimensions"]):
            row = top + place
            sheet[f"A{row}"] = dimension["id"]
            sheet[f"B{row}"] = dimension["weight"]
            mine = f"({dims}=A{row})*{weights}"
            sheet[f"C{row}"] = f"=SUMPRODUCT({mine}*{counted}*{score})"  # points
            sheet[f"D{row}"] = f"=SUMPRODUCT({mine}*{counted})"
            sheet[f"E{row}"] = f"=SUMPRODUCT({mine}*{applicable})"
            sheet[f"F{row}"] = f"=SUMPRODUCT({mine}*{still})"
            least = survey["scoring"]["dimension_min_coverage"]
            sheet[f"G{row}"] = f"=IF(E{row}=0,-2,IF(D{row}=0,-1,IF(ROUND(D{row}/E{row},9)<{least},-1,C{row}/D{row})))"
            sheet[f"H{row}"] = f"=IF(D{row}+F{row}=0,-1,C{row}/(D{row}+F{row}))"
            sheet[f"I{row}"] = f"=IF(D{row}+F{row}=0,-1,(C{row}+100*F{row})/(D{row}+F{row}))"
        end = top + len(survey["dimensions"]) - 1
        column = {c: f"{c}{top}:{c}{end}" for c in "BGHI"}
        need = survey["scoring"]["overall_min_dimensions"]
        has = f"({column['G']}>=0)"
        whole = f"SUMPRODUCT({has}*{column['B']}*{column['G']})/SUMPRODUCT({has}*{column['B']})"
        sheet["C1"] = f"=IF(SUMPRODUCT({has}*1)<{need},-1,{whole})"
        for target, name in (("D1", "H"), ("E1", "I")):
            there = f"({column[name]}>=0)"
            sheet[target] = f"=SUMPRODUCT({there}*{column['B']}*{column[name]})/SUMPRODUCT({there}*{column['B']})"
        threshold = survey["scoring"]["critical_rule"]["threshold"]
        sheet["F1"] = f"=SUMPRODUCT(E{FIRST}:E{last}*{counted}*({score}<{threshold}))"
        word = '""'
        for band in survey["scoring"]["bands"]:
            word = f'IF(ROUND(C1,9)>={band["from"]},"{band["id"]}",{word})'
        # The last IF written is asked first, so the bands are asked from the top.
        sheet["G1"] = f'=IF(C1<0,"",{word})'
        capped = [band["id"] for band in survey["scoring"]["bands"] if band["from"] >= threshold]
        over = ",".join(f'G1="{one}"' for one in capped)
        sheet["H1"] = f'=IF(AND(F1>0,OR({over})),"{survey["scoring"]["critical_rule"]["cap_band"]}",G1)'
    book.save(path)
    return top, end


def compute(path, folder, survey, number):
    """What LibreOffice makes of the sheets: a dictionary for each response; None for what has no score."""
    done = folder / "computed"
    subprocess.run(
        [office(), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(done), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    book = load_workbook(done / path.name, data_only=True)
    found = []
    top = FIRST + len(survey["items"]) + 1
    for place in range(number):
        sheet = book[f"R{place}"]

        def read(name, sheet=sheet):
            value = sheet[name].value
            assert isinstance(value, (int, float)), f"{sheet.title}!{name} is {value!r}"
            return None if value < 0 else value

        found.append(
            {
                "score": read("C1"),
                "low": read("D1"),
                "high": read("E1"),
                "failures": read("F1"),
                "band": sheet["H1"].value or None,
                "dimensions": {
                    one["id"]: (read(f"G{top + row}"), read(f"H{top + row}"), read(f"I{top + row}"))
                    for row, one in enumerate(survey["dimensions"])
                },
            }
        )
    return found
