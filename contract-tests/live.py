import os, re
import requests
URL = os.environ["PORTICO_URL"]
S = requests.Session(); S.headers["Authorization"]="Bearer good"
def token(): return "good"
def is_cursor(v): return isinstance(v,str) and re.fullmatch(r"[A-Za-z0-9_-]+",v)
_cache={}
def ids_for(case):
    if case.method in ("GET",) and "t" in _cache: return {"thingId":_cache["t"]}
    r=S.post(URL+"/api/v1/things",json={"name":"x"}); i=r.json()["id"]
    if case.method=="GET": _cache["t"]=i
    return {"thingId": i}
def tag_for(case):
    return S.get(URL+case.formatted_path).headers.get("ETag")
