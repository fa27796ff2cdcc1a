/** A part of the page's own script that is fetched when it is needed: what went wrong with it, in words. */
export async function part<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch {
    throw new Error("this part of the page could not be loaded; got no answer from the server; see that it runs and try again, or load the page again");
  }
}
