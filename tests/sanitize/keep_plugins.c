/* Linked into sanitized programs only: Open MPI unloads its plug-ins at the end, and a
 * leak in an unloaded library has no name by which it could be suppressed. */
int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
