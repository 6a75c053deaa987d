"""The tree of places, page by page, with siblings in the order of their names."""

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from orchestration.models import Node
from orchestration.queries import places


class NamedTree(ChangeList):
    """A list of places, parents before children.

    The database knows the tree by ids that never change; its names are put in order here, and only
    the rows of one page are read whole.
    """

    def get_results(self, request: HttpRequest) -> None:
        """Count, and find the rows of the page that is asked for."""
        super().get_results(request)
        first = (self.page_num - 1) * self.list_per_page
        wanted = places.by_name(self.queryset)[first : first + self.list_per_page]
        rows = {row.pk: row for row in self.queryset.filter(pk__in=wanted)}
        self.result_list: list[Node] = [rows[pk] for pk in wanted if pk in rows]
