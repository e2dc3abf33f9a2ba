"""Serve Esito: `python app.py` runs the web server and the job process together."""

from app.serve import serve

if __name__ == "__main__":
    raise SystemExit(serve())
