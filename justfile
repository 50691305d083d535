# Short names for the commands that CI runs too.

up *arguments:
    uv run manage.py up {{ arguments }}

test *arguments:
    uv run pytest {{ arguments }}

test-fast *arguments:
    uv run pytest -m "not browser" {{ arguments }}

lint:
    uv run ruff check .
    uv run ruff format --check .
    git ls-files -z -- '*.html' | xargs -0 uv run djade --check --target-version 5.2
    uv run mypy .
    uv run lint-imports
    uv run manage.py makemigrations --check --dry-run

format:
    uv run ruff check --fix .
    uv run ruff format .
    git ls-files -z -- '*.html' | xargs -0 uv run djade --target-version 5.2
