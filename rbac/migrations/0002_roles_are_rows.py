"""Roles become rows. Those in use get one here; what each carries is written after migrating."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def write_used_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make a row for each key that an assignment names."""
    used = apps.get_model("rbac", "RoleAssignment").objects.values_list("role", flat=True)
    role = apps.get_model("rbac", "Role")
    for key in sorted(set(used.order_by())):
        role.objects.create(key=key, label=key, rights=[], shipped=True)


class Migration(migrations.Migration):
    """Plain steps for every database."""

    dependencies = [("rbac", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("rights", models.JSONField(default=list)),
                ("shipped", models.BooleanField(default=False, editable=False)),
            ],
            options={"ordering": ("-shipped", "pk")},
        ),
        migrations.RunPython(write_used_roles, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="roleassignment",
            name="role",
            field=models.ForeignKey(
                db_column="role",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="rbac.role",
                to_field="key",
            ),
        ),
    ]
