/*
 * The modes and raw modes of libImaging.
 *
 * The enumerator of a name has a prefix, and "_" for ";": mode "I;16B" is IMAGING_MODE_I_16B, raw mode "BGR;15" is
 * IMAGING_RAWMODE_BGR_15. The numbers are part of the ABI.
 */

#ifndef LIBIMAGING_MODE_H
#define LIBIMAGING_MODE_H

typedef struct ModeData ModeData;
typedef struct RawModeData RawModeData;

#ifdef __cplusplus
extern "C" {
#endif

/** The mode of an image: the meaning of its pixels, and their layout in memory. */
typedef enum ModeID {
    IMAGING_MODE_UNKNOWN = 0,   /**< no mode */
    IMAGING_MODE_1 = 1,         /**< black and white: 0 or 255, a byte each */
    IMAGING_MODE_CMYK = 2,      /**< colour separation; C M Y K */
    IMAGING_MODE_F = 3,         /**< 32-bit floats */
    IMAGING_MODE_HSV = 4,       /**< hue, saturation, value; H S V X */
    IMAGING_MODE_I = 5,         /**< 32-bit signed integers */
    IMAGING_MODE_L = 6,         /**< 8-bit grey */
    IMAGING_MODE_LA = 7,        /**< grey with alpha; L X X A */
    IMAGING_MODE_LAB = 8,       /**< CIE L*a*b*, a and b signed; L a b X */
    IMAGING_MODE_La = 9,        /**< grey with alpha, premultiplied; L X X a */
    IMAGING_MODE_P = 10,        /**< indices into a palette */
    IMAGING_MODE_PA = 11,       /**< indices into a palette, with alpha; P X X A */
    IMAGING_MODE_RGB = 12,      /**< true colour; R G B X */
    IMAGING_MODE_RGBA = 13,     /**< true colour with alpha; R G B A */
    IMAGING_MODE_RGBX = 14,     /**< true colour with a fourth, unused band; R G B X */
    IMAGING_MODE_RGBa = 15,     /**< true colour with alpha, premultiplied; R G B a */
    IMAGING_MODE_YCbCr = 16,    /**< video colour; Y Cb Cr X */
    IMAGING_MODE_I_16 = 17,     /**< 16-bit unsigned integers, low byte first */
    IMAGING_MODE_I_16L = 18,    /**< 16-bit unsigned integers, low byte first */
    IMAGING_MODE_I_16B = 19,    /**< 16-bit unsigned integers, high byte first */
    IMAGING_MODE_I_16N = 20,    /**< 16-bit unsigned integers, in the machine's order */
} ModeID;

/** A raw mode: the layout of pixels in a file. The first 21 have the names of the modes. */
typedef enum RawModeID {
    IMAGING_RAWMODE_UNKNOWN = 0,
    IMAGING_RAWMODE_1 = 1,
    IMAGING_RAWMODE_CMYK = 2,
    IMAGING_RAWMODE_F = 3,
    IMAGING_RAWMODE_HSV = 4,
    IMAGING_RAWMODE_I = 5,
    IMAGING_RAWMODE_L = 6,
    IMAGING_RAWMODE_LA = 7,
    IMAGING_RAWMODE_LAB = 8,
    IMAGING_RAWMODE_La = 9,
    IMAGING_RAWMODE_P = 10,
    IMAGING_RAWMODE_PA = 11,
    IMAGING_RAWMODE_RGB = 12,
    IMAGING_RAWMODE_RGBA = 13,
    IMAGING_RAWMODE_RGBX = 14,
    IMAGING_RAWMODE_RGBa = 15,
    IMAGING_RAWMODE_YCbCr = 16,
    IMAGING_RAWMODE_I_16 = 17,
    IMAGING_RAWMODE_I_16L = 18,
    IMAGING_RAWMODE_I_16B = 19,
    IMAGING_RAWMODE_I_16N = 20,
    IMAGING_RAWMODE_1_8 = 21,
    IMAGING_RAWMODE_1_I = 22,
    IMAGING_RAWMODE_1_IR = 23,
    IMAGING_RAWMODE_1_R = 24,
    IMAGING_RAWMODE_A = 25,
    IMAGING_RAWMODE_ABGR = 26,
    IMAGING_RAWMODE_ARGB = 27,
    IMAGING_RAWMODE_A_16B = 28,
    IMAGING_RAWMODE_A_16L = 29,
    IMAGING_RAWMODE_A_16N = 30,
    IMAGING_RAWMODE_B = 31,
    IMAGING_RAWMODE_BGAR = 32,
    IMAGING_RAWMODE_BGR = 33,
    IMAGING_RAWMODE_BGRA = 34,
    IMAGING_RAWMODE_BGRA_15 = 35,
    IMAGING_RAWMODE_BGRA_15Z = 36,
    IMAGING_RAWMODE_BGRA_16B = 37,
    IMAGING_RAWMODE_BGRA_16L = 38,
    IMAGING_RAWMODE_BGRX = 39,
    IMAGING_RAWMODE_BGR_5 = 40,
    IMAGING_RAWMODE_BGR_15 = 41,
    IMAGING_RAWMODE_BGR_16 = 42,
    IMAGING_RAWMODE_BGRa = 43,
    IMAGING_RAWMODE_BGXR = 44,
    IMAGING_RAWMODE_B_16B = 45,
    IMAGING_RAWMODE_B_16L = 46,
    IMAGING_RAWMODE_B_16N = 47,
    IMAGING_RAWMODE_C = 48,
    IMAGING_RAWMODE_CMYKX = 49,
    IMAGING_RAWMODE_CMYKXX = 50,
    IMAGING_RAWMODE_CMYK_16B = 51,
    IMAGING_RAWMODE_CMYK_16L = 52,
    IMAGING_RAWMODE_CMYK_16N = 53,
    IMAGING_RAWMODE_CMYK_I = 54,
    IMAGING_RAWMODE_CMYK_L = 55,
    IMAGING_RAWMODE_C_I = 56,
    IMAGING_RAWMODE_Cb = 57,
    IMAGING_RAWMODE_Cr = 58,
    IMAGING_RAWMODE_I_32B = 59,
    IMAGING_RAWMODE_F_16 = 60,
    IMAGING_RAWMODE_F_16B = 61,
    IMAGING_RAWMODE_F_16BS = 62,
    IMAGING_RAWMODE_F_16N = 63,
    IMAGING_RAWMODE_F_16NS = 64,
    IMAGING_RAWMODE_F_16S = 65,
    IMAGING_RAWMODE_F_32 = 66,
    IMAGING_RAWMODE_F_32B = 67,
    IMAGING_RAWMODE_F_32BF = 68,
    IMAGING_RAWMODE_F_32BS = 69,
    IMAGING_RAWMODE_F_32F = 70,
    IMAGING_RAWMODE_F_32N = 71,
    IMAGING_RAWMODE_F_32NF = 72,
    IMAGING_RAWMODE_F_32NS = 73,
    IMAGING_RAWMODE_F_32S = 74,
    IMAGING_RAWMODE_F_64BF = 75,
    IMAGING_RAWMODE_F_64F = 76,
    IMAGING_RAWMODE_F_64NF = 77,
    IMAGING_RAWMODE_F_8 = 78,
    IMAGING_RAWMODE_F_8S = 79,
    IMAGING_RAWMODE_G = 80,
    IMAGING_RAWMODE_G_16B = 81,
    IMAGING_RAWMODE_G_16L = 82,
    IMAGING_RAWMODE_G_16N = 83,
    IMAGING_RAWMODE_H = 84,
    IMAGING_RAWMODE_I_12 = 85,
    IMAGING_RAWMODE_I_16BS = 86,
    IMAGING_RAWMODE_I_16NS = 87,
    IMAGING_RAWMODE_I_16R = 88,
    IMAGING_RAWMODE_I_16S = 89,
    IMAGING_RAWMODE_I_32 = 90,
    IMAGING_RAWMODE_I_32BS = 91,
    IMAGING_RAWMODE_I_32N = 92,
    IMAGING_RAWMODE_I_32NS = 93,
    IMAGING_RAWMODE_I_32S = 94,
    IMAGING_RAWMODE_I_8 = 95,
    IMAGING_RAWMODE_I_8S = 96,
    IMAGING_RAWMODE_K = 97,
    IMAGING_RAWMODE_K_I = 98,
    IMAGING_RAWMODE_LA_16B = 99,
    IMAGING_RAWMODE_LA_L = 100,
    IMAGING_RAWMODE_LX = 101,
    IMAGING_RAWMODE_L_1 = 102,
    IMAGING_RAWMODE_L_16 = 103,
    IMAGING_RAWMODE_L_16B = 104,
    IMAGING_RAWMODE_L_2 = 105,
    IMAGING_RAWMODE_L_2I = 106,
    IMAGING_RAWMODE_L_2IR = 107,
    IMAGING_RAWMODE_L_2R = 108,
    IMAGING_RAWMODE_L_4 = 109,
    IMAGING_RAWMODE_L_4I = 110,
    IMAGING_RAWMODE_L_4IR = 111,
    IMAGING_RAWMODE_L_4R = 112,
    IMAGING_RAWMODE_L_I = 113,
    IMAGING_RAWMODE_L_R = 114,
    IMAGING_RAWMODE_M = 115,
    IMAGING_RAWMODE_M_I = 116,
    IMAGING_RAWMODE_PA_L = 117,
    IMAGING_RAWMODE_PX = 118,
    IMAGING_RAWMODE_P_1 = 119,
    IMAGING_RAWMODE_P_2 = 120,
    IMAGING_RAWMODE_P_2L = 121,
    IMAGING_RAWMODE_P_4 = 122,
    IMAGING_RAWMODE_P_4L = 123,
    IMAGING_RAWMODE_P_R = 124,
    IMAGING_RAWMODE_R = 125,
    IMAGING_RAWMODE_RGBAX = 126,
    IMAGING_RAWMODE_RGBAXX = 127,
    IMAGING_RAWMODE_RGBA_15 = 128,
    IMAGING_RAWMODE_RGBA_16B = 129,
    IMAGING_RAWMODE_RGBA_16L = 130,
    IMAGING_RAWMODE_RGBA_16N = 131,
    IMAGING_RAWMODE_RGBA_4B = 132,
    IMAGING_RAWMODE_RGBA_I = 133,
    IMAGING_RAWMODE_RGBA_L = 134,
    IMAGING_RAWMODE_RGBXX = 135,
    IMAGING_RAWMODE_RGBXXX = 136,
    IMAGING_RAWMODE_RGBX_16B = 137,
    IMAGING_RAWMODE_RGBX_16L = 138,
    IMAGING_RAWMODE_RGBX_16N = 139,
    IMAGING_RAWMODE_RGBX_L = 140,
    IMAGING_RAWMODE_RGB_15 = 141,
    IMAGING_RAWMODE_RGB_16 = 142,
    IMAGING_RAWMODE_RGB_16B = 143,
    IMAGING_RAWMODE_RGB_16L = 144,
    IMAGING_RAWMODE_RGB_16N = 145,
    IMAGING_RAWMODE_RGB_4B = 146,
    IMAGING_RAWMODE_RGB_L = 147,
    IMAGING_RAWMODE_RGB_R = 148,
    IMAGING_RAWMODE_RGBaX = 149,
    IMAGING_RAWMODE_RGBaXX = 150,
    IMAGING_RAWMODE_RGBa_16B = 151,
    IMAGING_RAWMODE_RGBa_16L = 152,
    IMAGING_RAWMODE_RGBa_16N = 153,
    IMAGING_RAWMODE_R_16B = 154,
    IMAGING_RAWMODE_R_16L = 155,
    IMAGING_RAWMODE_R_16N = 156,
    IMAGING_RAWMODE_S = 157,
    IMAGING_RAWMODE_V = 158,
    IMAGING_RAWMODE_X = 159,
    IMAGING_RAWMODE_XBGR = 160,
    IMAGING_RAWMODE_XRGB = 161,
    IMAGING_RAWMODE_Y = 162,
    IMAGING_RAWMODE_YCCA_P = 163,
    IMAGING_RAWMODE_YCC_P = 164,
    IMAGING_RAWMODE_YCbCrK = 165,
    IMAGING_RAWMODE_YCbCrX = 166,
    IMAGING_RAWMODE_YCbCr_L = 167,
    IMAGING_RAWMODE_Y_I = 168,
    IMAGING_RAWMODE_aBGR = 169,
    IMAGING_RAWMODE_aRGB = 170,
} RawModeID;

/** The name of a mode. */
struct ModeData {
    /** A static C string. */
    const char *name;
};

/** The name of a raw mode. */
struct RawModeData {
    /** A static C string. */
    const char *name;
};

/** Returns the number of the mode with this name, or `IMAGING_MODE_UNKNOWN` if there is none. */
extern ModeID findModeID(const char *name);

/**
 * Returns the data of a mode. For an unknown number these are the data of `IMAGING_MODE_UNKNOWN`, whose name is empty;
 * never NULL. Static.
 */
extern const struct ModeData *getModeData(ModeID id);

/** Returns the number of the raw mode with this name, or `IMAGING_RAWMODE_UNKNOWN` if there is none. */
extern RawModeID findRawModeID(const char *name);

/**
 * Returns the data of a raw mode. For an unknown number these are the data of `IMAGING_RAWMODE_UNKNOWN`, whose name is
 * empty; never NULL. Static.
 */
extern const struct RawModeData *getRawModeData(RawModeID id);

/** Returns 1 for the four I;16 modes, whose pixels are 16-bit integers, and 0 for all others. */
extern int isModeI16(ModeID mode);

#ifdef __cplusplus
}
#endif

#endif /* LIBIMAGING_MODE_H */
