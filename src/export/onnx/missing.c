/* In place of the ONNX writer, where it cannot be built. */
#include "export/export.h"

bool export_has_onnx(void)
{
    return false;
}

int export_onnx(struct predictor *predictor, const char *path, char **checked)
{
    (void)predictor;
    (void)checked;
    return fail(ERR_USAGE,
                "%s: this rnntrain was built without ONNX: install libprotobuf-c-dev, "
                "protobuf-c-compiler and libonnx-dev, then build it again",
                path);
}
