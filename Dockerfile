# One image for web, worker, beat and the site agent of docker-compose.yml.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/sitewright

COPY requirements/ requirements/
RUN pip install --require-hashes -r requirements/build.txt \
    && pip install --require-hashes --no-build-isolation -r requirements/portal.txt

COPY . .
# The manifest of static files is made here, so that no process writes into the image later.
RUN SECRET_KEY=only-while-building python manage.py collectstatic --no-input \
    && useradd --system --home-dir /var/lib/sitewright --create-home sitewright

ENV SITEWRIGHT_DATA_DIR=/var/lib/sitewright
USER sitewright
VOLUME /var/lib/sitewright
EXPOSE 8000
CMD ["python", "-m", "portal", "--host", "0.0.0.0"]
