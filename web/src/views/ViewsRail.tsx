/** The views that there are. */

export function ViewsRail() {
  return (
    <nav class="rail" aria-label="Views">
      <button type="button" aria-current="page" data-testid="view-tour">
        Tour
      </button>
    </nav>
  );
}
