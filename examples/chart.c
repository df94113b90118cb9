/* Draws a chart of numbers, with axes, bars, a trend and labels, and reduces it to 16 colours: chart out.ppm 3 14 15 9 26 */

#include <stdio.h>
#include <stdlib.h>

#include <libImaging/Imaging.h>
#include <libImaging/ImagingExt.h>

enum { WIDTH = 640, HEIGHT = 400, LEFT = 60, BOTTOM = 350, TOP = 30, MAX_BARS = 40, COLOURS = 16 };

/* An ink for RGB images: red, green, blue, and the opacity if it is blended. */
typedef unsigned char Colour[4];

static const Colour WHITE = {255, 255, 255, 255}, BLACK = {20, 20, 30, 255}, GREY = {210, 210, 220, 255};
static const Colour BAR = {60, 110, 200, 255}, SHADE = {0, 0, 60, 60}, AREA = {240, 120, 20, 90}, TREND = {200, 60, 0, 255};

/* The digits, 3 × 5 pixels each, the top row in the highest bits. */
static const unsigned DIGITS[10] = {075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717};

static int
fail(void) {
    const char *message;
    ImagingGetLastError(&message);
    fprintf(stderr, "chart: %s\n", message);
    return 1;
}

/* Draws a number whose digits are 3 * scale pixels wide, with its top left corner at (x, y): through a bitmap of mode 1. */
static int
draw_number(Imaging im, int x, int y, int number, int scale) {
    char text[12];
    int length = snprintf(text, sizeof(text), "%d", number);
    Imaging bitmap = ImagingNew(IMAGING_MODE_1, 4 * scale * length, 5 * scale);
    int failed = !bitmap;
    for (int n = 0; n < length && !failed; n++) {
        for (int bit = 0; bit < 15 && text[n] != '-'; bit++) {
            int left = (4 * n + bit % 3) * scale, top = bit / 3 * scale;
            if (DIGITS[text[n] - '0'] >> (14 - bit) & 1) {
                failed |= ImagingDrawRectangle(bitmap, left, top, left + scale - 1, top + scale - 1, "\xff", 1, 0, 0);
            }
        }
        if (text[n] == '-') {
            failed |= ImagingDrawLine(bitmap, 4 * n * scale, 2 * scale, (4 * n + 3) * scale, 2 * scale, "\xff", 0);
        }
    }
    failed = failed || ImagingDrawBitmap(im, x, y, bitmap, BLACK, 0);
    ImagingDelete(bitmap);
    return failed;
}

static int
draw_chart(Imaging im, const int *values, int count) {
    int most = 1, failed = 0, trend[2 * MAX_BARS + 4];
    for (int n = 0; n < count; n++) {
        most = values[n] > most ? values[n] : most;
    }
    failed |= ImagingDrawRectangle(im, 0, 0, WIDTH - 1, HEIGHT - 1, WHITE, 1, 0, 0);
    for (int step = 0; step <= 4; step++) {
        int y = BOTTOM - (BOTTOM - TOP) * step / 4;
        failed |= ImagingDrawLine(im, LEFT, y, WIDTH - 20, y, GREY, 0);
        failed |= draw_number(im, 8, y - 5, (int)((long long)most * step / 4), 2);
    }
    int pitch = (WIDTH - 20 - LEFT) / count, wide = pitch * 2 / 3;
    for (int n = 0; n < count; n++) {
        int x = LEFT + n * pitch + (pitch - wide) / 2;
        int y = BOTTOM - (int)((long long)(BOTTOM - TOP) * values[n] / most);
        failed |= ImagingDrawRectangle(im, x + 4, y + 4, x + wide + 3, BOTTOM, SHADE, 1, 0, 1);
        failed |= ImagingDrawRectangle(im, x, y, x + wide - 1, BOTTOM, BAR, 1, 0, 0);
        failed |= ImagingDrawRectangle(im, x, y, x + wide - 1, BOTTOM, BLACK, 0, 1, 0);
        failed |= draw_number(im, x, BOTTOM + 10, values[n], 3);
        trend[2 * n] = x + wide / 2;
        trend[2 * n + 1] = y;
    }
    for (int n = 0; n + 1 < count; n++) {
        failed |= ImagingDrawWideLine(im, trend[2 * n], trend[2 * n + 1], trend[2 * n + 2], trend[2 * n + 3], TREND, 3, 0, NULL);
    }
    /* The area below the trend: down to the axis, and back. */
    trend[2 * count] = trend[2 * count - 2];
    trend[2 * count + 1] = trend[2 * count + 3] = BOTTOM;
    trend[2 * count + 2] = trend[0];
    failed |= ImagingDrawPolygon(im, count + 2, trend, AREA, 1, 1, 1, NULL);
    failed |= ImagingDrawWideLine(im, LEFT, TOP - 10, LEFT, BOTTOM, BLACK, 2, 0, NULL);
    failed |= ImagingDrawWideLine(im, LEFT, BOTTOM, WIDTH - 10, BOTTOM, BLACK, 2, 0, NULL);

    /* The arrow at the end of the axis. */
    ImagingOutline arrow = ImagingOutlineNew();
    failed |= !arrow || ImagingOutlineMove(arrow, WIDTH - 4, BOTTOM) ||
              ImagingOutlineCurve(arrow, WIDTH - 10, BOTTOM, WIDTH - 14, BOTTOM - 4, WIDTH - 16, BOTTOM - 7) ||
              ImagingOutlineLine(arrow, WIDTH - 16, BOTTOM + 7) || ImagingOutlineClose(arrow) ||
              ImagingDrawOutline(im, arrow, BLACK, 1, 0);
    ImagingOutlineDelete(arrow);
    return failed;
}

int
main(int argc, char **argv) {
    int values[MAX_BARS], count = argc - 2;
    if (count < 1 || count > MAX_BARS) {
        fprintf(stderr, "usage: chart out.ppm number ... (1 to %d of them)\n", MAX_BARS);
        return 2;
    }
    for (int n = 0; n < count; n++) {
        values[n] = atoi(argv[2 + n]);
        if (values[n] < 0) {
            fputs("chart: numbers must not be negative\n", stderr);
            return 2;
        }
    }
    Imaging im = ImagingNew(IMAGING_MODE_RGB, WIDTH, HEIGHT), reduced = NULL, out = NULL;
    if (im && draw_chart(im, values, count) == 0) {
        reduced = ImagingQuantize(im, COLOURS, 0, 0);
        out = reduced ? ImagingConvert(NULL, reduced, IMAGING_MODE_RGB, NULL, 0) : NULL;
    }
    int saved = out && ImagingSavePPM(out, argv[1]);
    ImagingDelete(out);
    ImagingDelete(reduced);
    ImagingDelete(im);
    return saved ? 0 : fail();
}
